/** The process that serves: what `npm start` runs. The sequence of its life is in `cli/serve.ts`. */
import { serve } from './cli/serve.ts'

await serve({ variables: process.env })
