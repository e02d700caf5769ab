import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { consolePages, paths } from './http/paths.ts'
import { hubSubscriptions, topicRights, topics } from './mqtt/topics.ts'
import { ProblemCode } from './problem.ts'
import { exitCodes, launch, platformParameters } from './tcex/launch.ts'
import { tcexPaths } from './tcex/paths.ts'

/** Every name that somebody outside this release may rely on, one a line. */
function wireNames(): string[] {
  return [
    ...namesOf('topic', topics),
    ...topicRights.publish(':serverXid').map((topic) => `environment server publishes ${topic}`),
    ...topicRights.subscribe(':serverXid').map((topic) => `environment server subscribes ${topic}`),
    ...hubSubscriptions.map((topic) => `hub subscribes ${topic}`),
    ...namesOf('path', paths),
    ...namesOf('tcex path', tcexPaths),
    ...namesOf('console page', consolePages),
    ...ProblemCode.options.map((code) => `problem ${code}`),
    ...Object.entries(exitCodes).map(([name, code]) => `exit code ${name} ${code}`),
    ...namesOf('launch', { ...launch, folders: Object.values(launch.folders).join(' ') }),
    ...namesOf('platform parameter', platformParameters),
  ]
}

/** A function's arguments are shown by position: `/v1/jobs/:1`. */
function namesOf(what: string, table: Record<string, string | ((...values: string[]) => string)>): string[] {
  return Object.entries(table).map(
    ([name, value]) => `${what} ${name} ${typeof value === 'string' ? value : value(':1', ':2')}`,
  )
}

test('topics, paths, problem codes and launch names are those of wire-names.txt; changing one changes the protocol', () => {
  const listed = readFileSync(new URL('../wire-names.txt', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
  expect(wireNames()).toEqual(listed)
})

test('canary: a renamed path is a difference', () => {
  const names = namesOf('path', { jobs: '/v1/jobs', job: (jobId) => `/v1/jobs/${jobId}` })
  expect(names).toEqual(['path jobs /v1/jobs', 'path job /v1/jobs/:1'])
  expect(namesOf('path', { jobs: '/v2/jobs', job: (jobId) => `/v1/jobs/${jobId}` })).not.toEqual(names)
})

test('no two paths are the same, and no topic holds what RabbitMQ and NATS map', () => {
  const all = namesOf('', paths).map((line) => line.split(' ').at(-1))
  expect(new Set(all).size).toBe(all.length)
  const everyTopic = Object.values(topics).map((topic) => topic('1000'))
  expect(everyTopic.filter((topic) => /[.#+$]|^\//.test(topic))).toEqual([])
})
