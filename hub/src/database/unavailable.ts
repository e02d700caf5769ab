import { Problem } from '../lib/problem.ts'
import { failedBy, saysAway } from './sql-states.ts'

/** What the client library says, without a code, of a connection that ended under a query or was not to be had. */
const awaySentences = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
]

/** Errors of connections that broke: the queries on them fail with the very same, which alone might be of any socket. */
const broken = new WeakSet<Error>()

export function brokenByDatabase(error: Error): void {
  broken.add(error)
}

/** A connection to the database could not be made. */
export class DatabaseUnreachable extends Error {
  constructor(options: ErrorOptions) {
    super('the database cannot be reached', options)
    this.name = 'DatabaseUnreachable'
  }
}

/** What to tell a caller whose request failed because the database is away or full; nothing for any other error. */
export function databaseProblem(error: unknown): Problem | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (failedBy(each, 'diskFull')) {
      return new Problem('unavailable', "The disk of the hub's database is full. Make room on it and try again.", {
        cause: error,
      })
    }
    if (each instanceof DatabaseUnreachable || broken.has(each) || isAway(each)) {
      return new Problem(
        'unavailable',
        "The hub's database cannot be reached at the moment. Try again in a few seconds; the hub goes on by itself.",
        { cause: error },
      )
    }
  }
  return undefined
}

function isAway(error: Error): boolean {
  return saysAway(error) ?? awaySentences.some((sentence) => error.message.startsWith(sentence))
}
