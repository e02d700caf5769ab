import * as z from 'zod/mini'

/** A parameter's kind, in install.json's own words. Real files leave it out (then String) or write it in lower case. */
export const InstallParameterType = z.enum([
  'Boolean',
  'Choice',
  'EditChoice',
  'KeyValueList',
  'MultiChoice',
  'String',
  'StringMixed',
])
export type InstallParameterType = z.infer<typeof InstallParameterType>

/** One entry of `params`. Read leniently: files in the wild are looser than the vendor's schema. */
export const InstallParameter = z.looseObject({
  name: z.string().check(z.regex(/^[A-Za-z0-9_]{1,100}$/)),
  label: z.optional(z.string()),
  type: z.optional(z.string()),
  required: z.optional(z.boolean()),
  default: z.optional(z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
  /** A secret: kept sealed, masked in logs, write-only in API and console (D9). */
  encrypt: z.optional(z.boolean()),
  hidden: z.optional(z.boolean()),
  allowMultiple: z.optional(z.boolean()),
  sequence: z.optional(z.number()),
  note: z.optional(z.string()),
  validValues: z.optional(z.array(z.string())),
  viewRows: z.optional(z.number()),
  feedDeployer: z.optional(z.boolean()),
})
export type InstallParameter = z.infer<typeof InstallParameter>

/** A path below the app's own folder (S3): not absolute, no `..`, nothing that a shell would take for an option. */
const innerPath = /^(?![-/])(?!(?:.*\/)?\.\.(?:\/|$))[^\p{Cc}\\]+$/u
/** Shown on screens and in logs: without controls, and nothing that hides or turns text (S6). */
const shownText = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]*$/u

/** The fields of `install.json` that Postern reads. The file itself is kept byte for byte. */
export const InstallJson = z.looseObject({
  displayName: z.string().check(z.minLength(3), z.maxLength(100), z.regex(shownText)),
  programLanguage: z.string(),
  programMain: z.string().check(z.minLength(1), z.maxLength(200), z.regex(innerPath)),
  programVersion: z.string().check(z.regex(/^[0-9]+\.[0-9]+\.[0-9]+[A-Za-z0-9.+-]{0,50}$/)),
  languageVersion: z.optional(z.string()),
  runtimeLevel: z.union([z.string(), z.array(z.string())]),
  params: z.array(InstallParameter).check(z.maxLength(500)),
  allowOnDemand: z.optional(z.boolean()),
  listDelimiter: z.optional(z.string()),
  features: z.optional(z.array(z.string())),
  note: z.optional(z.string()),
  publishOutFiles: z.optional(z.array(z.string().check(z.regex(innerPath)))),
})
export type InstallJson = z.infer<typeof InstallJson>
