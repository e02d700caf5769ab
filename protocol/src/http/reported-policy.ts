import * as z from 'zod/mini'
import { Count } from '../primitives.ts'

/** Names of one list of a local policy. */
export const ReportedList = z.object({
  /** The first 100 of them. */
  names: z.array(z.string().check(z.maxLength(300))).check(z.maxLength(100)),
  count: Count,
})
export type ReportedList = z.infer<typeof ReportedList>

/** What an environment server says of its local policy (D36, S16), for people; the hub decides nothing by it. */
export const ReportedPolicy = z.object({
  /** Lists of `policy.json` that name something, by their names there, such as `apps` and `egress.only`; absent: any. */
  lists: z
    .record(z.string().check(z.maxLength(64)), ReportedList)
    .check(z.refine((lists) => Object.keys(lists).length <= 20, { error: 'At most 20 lists' })),
  allowUnconfined: z.boolean(),
  diskMegabytesMax: z.int().check(z.positive()),
  /** Commands of the hub whose narrowings are in force. */
  narrowedBy: z.array(z.uuid()).check(z.maxLength(100)),
})
export type ReportedPolicy = z.infer<typeof ReportedPolicy>
