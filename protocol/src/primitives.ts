import * as z from 'zod/mini'

/** An opaque id of the API (D17): compare it, never read meaning from it. */
export const Id = z.string().check(z.minLength(1), z.maxLength(64))

/** An instant in UTC, ISO 8601 with `Z`, up to milliseconds. Databases and people know no year 0. */
export const Instant = z.iso
  .datetime()
  .check(z.refine((text) => !text.startsWith('0000'), { error: 'There is no year 0' }))

/** Lower-case hexadecimal SHA-256. */
export const Sha256 = z
  .string()
  .check(z.regex(/^[0-9a-f]{64}$/, { error: 'Send a SHA-256 as 64 lower-case hexadecimal digits' }))

/** Standard base64 with padding. */
export const Base64 = z.base64()

/** The number that a hub gives an environment server at download; fixed for its life (ES-19). */
export const ServerXid = z.string().check(z.regex(/^[0-9]{1,18}$/))

/** A name that people choose. It is also a safe path element (S11). */
export const Name = z.string().check(
  z.regex(/^[A-Za-z0-9][A-Za-z0-9 _-]{0,63}$/, {
    error: 'Use 1 to 64 letters, digits, spaces, hyphens and underscores, beginning with a letter or digit',
  }),
)

/** A name that stands in addresses. */
export const AddressName = z.string().check(
  z.regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, {
    error: 'Use 1 to 64 letters, digits, hyphens and underscores, beginning with a letter or digit',
  }),
)

/** One mail address, without a name or brackets; whether anybody reads there shows when it is written to. */
// eslint-disable-next-line no-control-regex -- what could begin another line of a mail's head is none.
export const mailAddressPattern = /^[^\s@,;<>"\u0000-\u001f\u007f]{1,64}@[^\s@,;<>"\u0000-\u001f\u007f]{1,189}$/
export const MailAddress = z
  .string()
  .check(z.regex(mailAddressPattern, { error: 'Send one mail address, without a name or brackets' }))

/** A number that 32 bits hold with its sign. JSON Schema is not told: no honest sender comes near. */
export const in32Bits = z.refine<number>((number) => number === (number | 0), { error: 'More than 32 bits hold' })

/** A count of things. */
export const Count = z.int().check(z.nonnegative())

/** A JSON scalar, list or object as an app's parameter may hold. */
export const ParameterValue = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string()),
  z.array(z.object({ key: z.string(), value: z.string() })),
])
export type ParameterValue = z.infer<typeof ParameterValue>

/** A page of a list. `next` is absent on the last page; pass it back as `cursor` unread. */
export function pageOf<Item extends z.ZodMiniType>(item: Item) {
  return z.object({ data: z.array(item), next: z.optional(z.string()) })
}

/** A name of DNS, an IPv4 address, or an IPv6 address without brackets; without a port. Whether it leads anywhere shows when it is dialled. */
export const hostPattern = /^(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|(?=[^:]*:[^:]*:)[0-9A-Fa-f:.]+)$/
export const hostCharactersMax = 253
