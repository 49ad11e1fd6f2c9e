import { setting } from 'grantql/plugin'

export const settings = {
  allowedResources: setting.list({
    description: 'URIs of the resources that an app may ask for by name. None: all that are registered.',
    default: [],
    perApp: true,
  }),
}
