import { platformParameters as names } from '@postern/protocol'
import * as z from 'zod/mini'

const Flag = z.union([z.boolean(), z.string()])
const Text = z.optional(z.nullable(z.string()))
const NumberText = z.optional(z.nullable(z.union([z.string(), z.number()])))

const PlatformFile = z.looseObject({
  [names.apiPath]: z.url(),
  [names.token]: z.string().check(z.minLength(1)),
  [names.tokenExpires]: NumberText,
  [names.outPath]: z.string(),
  [names.tempPath]: z.string(),
  [names.logLevel]: Text,
  [names.owner]: Text,
  [names.executionId]: Text,
  [names.approvedPlan]: Text,
  [names.proxyHost]: Text,
  [names.proxyPort]: NumberText,
  [names.proxyUsername]: Text,
  [names.proxyPassword]: Text,
  [names.proxyTc]: z.optional(z.nullable(Flag)),
  [names.proxyExternal]: z.optional(z.nullable(Flag)),
})

/** What the platform adds to an app's own parameters, read once. */
export interface Platform {
  /** Ends in `/api`. */
  readonly apiPath: string
  readonly token: string
  /** Epoch seconds; nothing when the platform does not say. */
  readonly tokenExpires: number | undefined
  readonly outPath: string
  readonly tempPath: string
  readonly logLevel: string
  readonly owner: string | undefined
  readonly executionId: string | undefined
  /** `planId:checksum` of a plan that a person approved (D5). */
  readonly approvedPlan: string | undefined
  readonly proxy: ProxySettings | undefined
}

export interface ProxySettings {
  readonly host: string
  readonly port: number
  readonly username: string | undefined
  readonly password: string | undefined
  /** Whether calls to the hub go through it. */
  readonly forHub: boolean
  /** Whether all other calls go through it. */
  readonly forExternal: boolean
}

/** @throws Error naming each value that the platform left out or wrote wrongly. */
export function readPlatform(raw: Readonly<Record<string, unknown>>): Platform {
  const file = PlatformFile.safeParse(raw)
  if (!file.success) throw new Error(`the parameter file lacks what the platform gives: ${z.prettifyError(file.error)}`)
  const text = (name: string) => readText(file.data[name])
  const number = (name: string) => readNumber(file.data[name])
  const port = number(names.proxyPort)
  const host = text(names.proxyHost)
  return {
    // The schema has checked that these four are strings.
    apiPath: text(names.apiPath) ?? '',
    token: text(names.token) ?? '',
    outPath: text(names.outPath) ?? '',
    tempPath: text(names.tempPath) ?? '',
    tokenExpires: number(names.tokenExpires),
    logLevel: text(names.logLevel) ?? 'info',
    owner: text(names.owner),
    executionId: text(names.executionId),
    approvedPlan: text(names.approvedPlan),
    proxy:
      host === undefined || port === undefined
        ? undefined
        : {
            host,
            port,
            username: text(names.proxyUsername),
            password: text(names.proxyPassword),
            forHub: readFlag(file.data[names.proxyTc]),
            forExternal: readFlag(file.data[names.proxyExternal]),
          },
  }
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function readNumber(value: unknown): number | undefined {
  const read =
    typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
  return Number.isFinite(read) ? read : undefined
}

function readFlag(value: unknown): boolean {
  return value === true || String(value).toLowerCase() === 'true'
}
