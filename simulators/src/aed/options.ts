import * as z from 'zod'

import { FaultRules } from '../faults/fault-rule.ts'
import { AedDialect } from './dialect.ts'

/** The sizes of a real appliance (training notes of the vendor); lower them to meet a limit with little data. */
export const AedLimits = z.strictObject({
  indicatorsTotal: z.int().min(1).max(3_000_000).default(3_000_000).describe('Indicators held in all'),
  indicatorsPerCollection: z
    .int()
    .min(1)
    .max(500_000)
    .default(500_000)
    .describe('Indicators held in one collection; the same number of other objects'),
  collections: z.int().min(1).max(16).default(16).describe('Collections, the default one included'),
  objectsPerPost: z.int().min(1).max(100_000).default(100_000).describe('Objects in one bundle'),
})
export type AedLimits = z.infer<typeof AedLimits>

export const aedSimulatorOptions = z.strictObject({
  stateDir: z.string().min(1).describe('Folder that keeps everything; a second run finds it'),
  port: z
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('Port on 127.0.0.1; 0 for any; absent: that of the last run if it is free, else any'),
  collections: z
    .array(z.string().trim().min(1).max(100))
    .default(['Postern'])
    .describe('Titles of collections beside the Default Indicators Collection; made where missing'),
  dialects: z
    .array(z.string().min(1))
    .default([])
    .describe('Names of dialects, or single settings as key=value; later ones win'),
  dialect: AedDialect.partial().default({}).describe('Single settings, which win over the names'),
  limits: AedLimits.prefault({}),
  faults: FaultRules.default([]).describe('Faults in force from the start'),
})
/** What a caller may leave out has its default. */
export type AedSimulatorOptions = z.input<typeof aedSimulatorOptions>
