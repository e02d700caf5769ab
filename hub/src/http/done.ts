import * as z from 'zod'

/** The body of an answer that says nothing but that it is done (204). */
export const done = z.null().describe('Done; there is nothing to say')
