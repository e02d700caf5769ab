import { execFileSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { given } from './given.ts'
import { tried } from './tried.ts'

/** Leaves traps for whoever reads and tidies up what it left: links, pipes, devices, closed folders, folders without end. */
const {
  tc_out_path: out = '',
  tc_log_path: log = '',
  tc_temp_path: temp = '',
  tc_in_path: input = '',
  secretPath = '/',
} = given()

await tried('message.tc as a link', () => symlinkSync(secretPath, join(out, 'message.tc')))
await tried('results.tc as a pipe', () => execFileSync('mkfifo', [join(out, 'results.tc')]))
await tried('app.log as a link', () => symlinkSync(secretPath, join(log, 'app.log')))
await tried('a folder as a log', () => mkdirSync(join(log, 'b.log')))
await tried('a device', () => execFileSync('mknod', [join(out, 'disk'), 'b', '8', '0'], { stdio: 'ignore' }))
await tried('a hard link to the system', () => linkSync('/usr/bin/env', join(out, 'env')))
await tried('a hard link to its program', () => linkSync('/app/trickster.ts', join(out, 'program')))
await tried('a link to the folder above', () => symlinkSync('../../..', join(temp, 'above')))
await tried('a log of nothing, of 16 MB', () => {
  writeFileSync(join(log, 'sparse.log'), '')
  truncateSync(join(log, 'sparse.log'), 16 * 1024 * 1024)
})
await tried('another folder in place of in', () => rmSync(input, { recursive: true }))
await tried('a set-user-id program', () => {
  writeFileSync(join(out, 'root'), '#!/bin/sh\nid\n')
  chmodSync(join(out, 'root'), 0o6777)
})
await tried('folders without end', () => {
  process.chdir(temp)
  for (let n = 0; n < 600; n += 1) {
    mkdirSync('deeper-and-deeper')
    process.chdir('deeper-and-deeper')
  }
})
await tried('closed folders', () => {
  for (const folder of [join(temp, 'closed'), join(out, 'closed')]) {
    mkdirSync(join(folder, 'inner'), { recursive: true })
    writeFileSync(join(folder, 'inner', 'file'), 'x')
    chmodSync(join(folder, 'inner'), 0)
    chmodSync(folder, 0)
  }
})
