import * as z from 'zod'

export const environmentId = z.string().regex(/^\d{1,18}$/)
export const environmentParams = z.object({ environmentId })
export const serverParams = z.object({ environmentId, serverXid: environmentId })
