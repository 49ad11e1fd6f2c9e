export const DASHBOARD_PATH = '/dashboard'
export const NEW_PATH = `${DASHBOARD_PATH}/applications/new`
export const APPLICATION_PATH = `${DASHBOARD_PATH}/applications/:id`

export const applicationPath = (id: string): string => APPLICATION_PATH.replace(':id', id)
