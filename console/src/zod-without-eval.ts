import * as z from 'zod/mini'

// Imported before every module that builds a schema: zod otherwise probes for eval when the first object schema is made, and
// the browser reports the probe as a violation of the content security policy (S13).
z.config({ jitless: true })
