import { defineConfig } from 'grantql'
import config from '../../grantql.config.ts'

/** The default deployment, which may ask its own machine: for apps that tests run beside it. */
export default defineConfig({
  ...config,
  outgoing: { allowHttp: true, allowedPorts: 'any', allowedNetworks: ['127.0.0.0/8'] },
})
