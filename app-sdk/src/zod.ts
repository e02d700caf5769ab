/** The schema language for foreign data, so that an app needs no import but the SDK: `import * as z from '@postern/app-sdk/zod'`. */
export * from 'zod/mini'
