/** A deployment with APIs that tokens can be for: what docs/apis.md shows. */
import { defineConfig } from 'grantql'
import { clientCredentials } from '../../plugins/client-credentials/index.ts'
import { resourceIndicators } from '../../plugins/resource-indicators/index.ts'

// #region config
export default defineConfig({
  plugins: [clientCredentials(), resourceIndicators()],
  scopes: [
    { name: 'calendar.read', description: 'See your calendar' },
    { name: 'calendar.write', description: 'Change your calendar' },
  ],
  resources: [
    { uri: 'https://calendar.example.com/', name: 'Your calendar', scopes: ['calendar.read', 'calendar.write'] },
    { uri: 'https://notes.example.com/', name: 'Your notes' },
  ],
})
// #endregion
