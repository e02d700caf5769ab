import * as z from 'zod/mini'

/**
 * What an app does. Feeds bring indicators in, exports push them out, alerts bring back what a control saw, actions do
 * anything else; `tcex` is an app built with ThreatConnect's SDK, which does not say. A token's rights follow it (D22).
 */
export const AppKind = z.enum(['feed', 'export', 'alerts', 'action', 'tcex'])
export type AppKind = z.infer<typeof AppKind>

/** `host`, `host:port`, `*.suffix` of two labels or more, or an address in brackets. Nothing that names all of a network. */
const egressEntry =
  /^(?:\*\.(?=[^.:]+\.[^.:]))?(?:[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?$/

/** The optional `postern.json` of a package, beside `install.json`. */
export const PosternJson = z.object({
  kind: AppKind,
  /** Whether a lost attempt may be started again by itself (D10). Absent: yes for feeds, exports and alerts. */
  repeatable: z.optional(z.boolean()),
  /**
   * Whether the app takes back what its source has no longer. The owner that a feed which says no writes to must have deprecation
   * rules (FD-9). Absent: nobody knows.
   */
  deletes: z.optional(z.boolean()),
  /** Whether it may run anywhere but beside the hub. Absent: yes. */
  remoteExecution: z.optional(z.boolean()),
  /** Hosts the app needs whatever its parameters say (S7). */
  egress: z.optional(z.array(z.string().check(z.regex(egressEntry)))),
  /** Parameters whose value names a host or URL that the app must reach (S7). */
  addressParameters: z.optional(z.array(z.string())),
  /** Parameters whose value names a data collection that the app reads (D22). */
  collectionParameters: z.optional(z.array(z.string())),
  limits: z.optional(
    z.object({
      timeoutSeconds: z.optional(z.int().check(z.positive())),
      memoryMegabytesMax: z.optional(z.int().check(z.positive())),
      processesMax: z.optional(z.int().check(z.positive())),
      /** Processor time of all processes together; an app that names none has no such bound. */
      cpuSecondsMax: z.optional(z.int().check(z.positive())),
    }),
  ),
})
export type PosternJson = z.infer<typeof PosternJson>
