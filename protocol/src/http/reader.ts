import * as z from 'zod/mini'
import { AddressName, Count, Id, Instant, Name, pageOf, Sha256 } from '../primitives.ts'

const Network = z.string().check(z.minLength(2), z.maxLength(50))

/** A client certificate in PEM, followed by those of its issuers up to the root unless it vouches for itself. Never a key. */
const CertificatePem = z.string().check(z.minLength(1), z.maxLength(40_000))

/** A machine that fetches lists or TAXII collections (D27). */
export const Reader = z.object({
  id: Id,
  name: z.string(),
  /** Of its Basic credential. */
  username: z.nullable(z.string()),
  hasToken: z.boolean(),
  certificateSha256: z.nullable(Sha256),
  /** Networks that it may come from; none means any. */
  networks: z.array(z.string()),
  lists: z.array(z.object({ id: Id, name: z.string() })),
  taxiiCollections: z.array(z.object({ id: z.guid(), title: z.string(), canRead: z.boolean(), canWrite: z.boolean() })),
  createdAt: Instant,
  lastUsedAt: z.nullable(Instant),
  isEnabled: z.boolean(),
})
export type Reader = z.infer<typeof Reader>
export const ReaderPage = pageOf(Reader)

/**
 * What a reader may have. A field that is there replaces all grants of its kind; one that is absent leaves them as they are.
 * `not-found` where the organization has no such list or TAXII collection; nothing is granted then.
 */
export const ReaderGrants = z.strictObject({
  lists: z.optional(z.array(Id).check(z.maxLength(1000))),
  taxiiCollections: z.optional(
    z.array(z.strictObject({ id: z.guid(), canRead: z.boolean(), canWrite: z.boolean() })).check(z.maxLength(1000)),
  ),
})
export type ReaderGrants = z.infer<typeof ReaderGrants>
export const CreateReader = z.extend(ReaderGrants, {
  name: Name,
  /** `basic`: user name and password are made; `token`: a token is; `certificate`: `certificate` is let in on the reader port. */
  credential: z.enum(['basic', 'token', 'certificate']),
  certificate: z.optional(CertificatePem),
  /** SHA-256 of the client certificate's DER: where it is given, it has to be that of `certificate`. */
  certificateSha256: z.optional(Sha256),
  networks: z.optional(z.array(Network).check(z.maxLength(100))),
})
export type CreateReader = z.infer<typeof CreateReader>
/** The credential is shown this once. */
export const CreatedReader = z.extend(Reader, {
  password: z.nullable(z.string()),
  token: z.nullable(z.string()),
})
export type CreatedReader = z.infer<typeof CreatedReader>
export const ChangeReader = z.extend(ReaderGrants, {
  /** Takes the place of the one before; only for a reader that has one. */
  certificate: z.optional(CertificatePem),
  networks: z.optional(z.array(Network).check(z.maxLength(100))),
  isEnabled: z.optional(z.boolean()),
})
export type ChangeReader = z.infer<typeof ChangeReader>

/** Formats of a firewall list; the vendor's rules are those of docs/operating/firewall-lists.md. */
export const listFormats = [
  'text',
  'csv',
  'json',
  'panos-ip',
  'panos-domain',
  'panos-url',
  'fortigate-ip',
  'fortigate-domain',
  'fortigate-hash',
  'cisco-ip',
] as const
export const ListFormat = z.enum(listFormats)
export type ListFormat = z.infer<typeof ListFormat>

/** A plain list that firewalls fetch from `/lists/<name>`. */
export const FirewallList = z.object({
  id: Id,
  name: z.string(),
  /** Its address as a firewall writes it. */
  url: z.string(),
  collectionId: Id,
  collectionName: z.string(),
  format: ListFormat,
  indicatorTypes: z.nullable(z.array(z.string())),
  /** Highest TLP of its values: `CLEAR`, `GREEN`, `AMBER`, `AMBER+STRICT` or `RED`. Those above it are left out. */
  tlpMax: z.string(),
  /** No more than the firewall takes; beyond them the list is held back. */
  valuesMax: z.nullable(z.int()),
  /** Percent of the values served, 0 to 100, by which a version may be smaller; one that falls by more is held back. */
  shrinkPercentMax: z.int(),
  /** Shortest prefixes of networks, IPv4 and IPv6; wider ones are left out. */
  ipv4PrefixMin: z.int(),
  ipv6PrefixMin: z.int(),
  /** Whether everyone may fetch it, without a credential. */
  isPublic: z.boolean(),
  /** Networks, such as `192.0.2.0/24`, from which it is fetched without a credential. */
  openNetworks: z.array(z.string()),
  /** The data collection's version that is served: the last one that passed the guard; 0 while there is none. */
  servedVersion: Count,
  servedCount: Count,
  servedSince: z.nullable(Instant),
  /**
   * Values of the served version that the list lacks, by reason: `excluded`, `inactive`, `tlp`, `wide`, and `format` for what it
   * cannot say. The first 10,000 of each can be read (`LeftOutValue`).
   */
  leftOut: z.record(z.string(), Count),
  /** A newer version that is held back, and why. */
  held: z.nullable(z.object({ version: Count, reason: z.string() })),
})
export type FirewallList = z.infer<typeof FirewallList>
export const FirewallListPage = pageOf(FirewallList)
export const CreateFirewallList = z.strictObject({
  name: AddressName,
  collection: z.string().check(z.minLength(1), z.maxLength(64)),
  format: ListFormat,
  indicatorTypes: z.optional(z.array(z.string()).check(z.minLength(1), z.maxLength(50))),
  /** A TLP level, `AMBER` unless given. */
  tlpMax: z.optional(z.string()),
  valuesMax: z.optional(z.int().check(z.minimum(1), z.maximum(100_000_000))),
  /** Percent of the values served by which a version may be smaller, 50 unless given. */
  shrinkPercentMax: z.optional(z.int().check(z.minimum(0), z.maximum(100))),
  /** The widest network that the list may have, 16 unless given: 0 permits all of IPv4. */
  ipv4PrefixMin: z.optional(z.int().check(z.minimum(0), z.maximum(32))),
  /** The same for IPv6, 32 unless given. */
  ipv6PrefixMin: z.optional(z.int().check(z.minimum(0), z.maximum(128))),
  /** False unless given. */
  isPublic: z.optional(z.boolean()),
  /** IPv4 or IPv6 networks or single addresses, none unless given; `invalid` names one that is no network. */
  openNetworks: z.optional(z.array(Network).check(z.maxLength(100))),
})
export type CreateFirewallList = z.infer<typeof CreateFirewallList>
/** `null` takes a bound or a choice of types away. */
export const ChangeFirewallList = z.extend(z.partial(CreateFirewallList), {
  indicatorTypes: z.optional(z.nullable(z.array(z.string()).check(z.minLength(1), z.maxLength(50)))),
  valuesMax: z.optional(z.nullable(z.int().check(z.minimum(1), z.maximum(100_000_000)))),
})
export type ChangeFirewallList = z.infer<typeof ChangeFirewallList>
/** Lets the version that is held back be served, if it is still this one. */
export const ReleaseHeldVersion = z.strictObject({ version: Count })
export type ReleaseHeldVersion = z.infer<typeof ReleaseHeldVersion>

const Title = z.string().check(z.minLength(1), z.maxLength(200))
const Description = z.string().check(z.maxLength(2000))
const Alias = AddressName

/** An API root of the TAXII server and its collections. */
export const TaxiiRoot = z.object({
  id: Id,
  name: z.string(),
  title: z.string(),
  description: z.nullable(z.string()),
  /** Its address as a client writes it. */
  url: z.string(),
})
export type TaxiiRoot = z.infer<typeof TaxiiRoot>
export const TaxiiRootPage = pageOf(TaxiiRoot)
export const CreateTaxiiRoot = z.strictObject({
  name: z.string().check(
    z.regex(/^[a-z0-9][a-z0-9-]{0,63}$/, {
      error: 'Use 1 to 64 lower-case letters, digits and hyphens, beginning with a letter or digit',
    }),
  ),
  title: Title,
  description: z.optional(Description),
})
export type CreateTaxiiRoot = z.infer<typeof CreateTaxiiRoot>
/** Its name is a part of addresses that clients have, and stays. */
export const ChangeTaxiiRoot = z.strictObject({
  title: z.optional(Title),
  description: z.optional(z.nullable(Description)),
})
export type ChangeTaxiiRoot = z.infer<typeof ChangeTaxiiRoot>

/** A TAXII collection: a data collection to read, or an owner to read and write. */
export const TaxiiCollectionSettings = z.object({
  id: z.guid(),
  rootName: z.string(),
  title: z.string(),
  description: z.nullable(z.string()),
  alias: z.nullable(z.string()),
  /** The data collection that is read, or the owner: one of the two. */
  collectionId: z.nullable(Id),
  collectionName: z.nullable(z.string()),
  ownerId: z.nullable(Id),
  ownerName: z.nullable(z.string()),
  canRead: z.boolean(),
  canWrite: z.boolean(),
  /** Who is granted it. A reader reads and writes where the collection permits it too. */
  readers: z.array(z.object({ id: Id, name: z.string(), canRead: z.boolean(), canWrite: z.boolean() })),
  /** Highest TLP of what readers get: `CLEAR`, `GREEN`, `AMBER`, `AMBER+STRICT` or `RED`. */
  tlpMax: z.string(),
  /** Versions of objects that were ever numbered in it, revocations included; those deleted since still count. */
  objectCount: Count,
  /** Objects that readers are given. While it is brought up to a change some of them are left out already. */
  liveCount: Count,
  /** Objects that were taken back, of which readers are given the revocation. */
  revokedCount: Count,
  url: z.string(),
})
export type TaxiiCollectionSettings = z.infer<typeof TaxiiCollectionSettings>
export const TaxiiCollectionSettingsPage = pageOf(TaxiiCollectionSettings)
export const CreateTaxiiCollection = z.strictObject({
  root: z.string().check(z.minLength(1), z.maxLength(64)),
  title: Title,
  description: z.optional(Description),
  alias: z.optional(Alias),
  /** Name of a data collection, to read. Exactly one of `collection` and `owner` is there. */
  collection: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
  owner: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  canWrite: z.optional(z.boolean()),
  /** A TLP level, `AMBER` unless given. */
  tlpMax: z.optional(z.string()),
})
export type CreateTaxiiCollection = z.infer<typeof CreateTaxiiCollection>
/** A change of what it serves, or up to which TLP, holds at once: what readers may not have any more is left out, and soon revoked. */
export const ChangeTaxiiCollection = z.strictObject({
  title: z.optional(Title),
  description: z.optional(z.nullable(Description)),
  /** Null takes it away. */
  alias: z.optional(z.nullable(Alias)),
  /** Name of another data collection, where it serves one. */
  collection: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
  /** Name of another owner, where it serves one. */
  owner: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
  /** A TLP level. */
  tlpMax: z.optional(z.string()),
  /** Of an owner's only. */
  canWrite: z.optional(z.boolean()),
  /** Takes the place of all grants of the collection. `not-found` where the organization has no such reader; nothing is changed then. */
  readers: z.optional(
    z.array(z.strictObject({ id: Id, canRead: z.boolean(), canWrite: z.boolean() })).check(z.maxLength(1000)),
  ),
})
export type ChangeTaxiiCollection = z.infer<typeof ChangeTaxiiCollection>
