import { readFileSync, realpathSync } from 'node:fs'

export type Mount = { point: string; flags: ReadonlySet<string> }

/** The mounts of this process, by proc(5) `/proc/self/mountinfo`: field 5 is the place, field 6 the per-mount flags. */
export function readMountTable(): Mount[] {
  return readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const fields = line.split(' ')
      return { point: unescape(fields[4] ?? '/'), flags: new Set((fields[5] ?? '').split(',')) }
    })
}

/**
 * Flags that a bind mount of `path` must keep: in a user namespace the kernel refuses to drop what the owner of the original
 * mount had set.
 */
export function lockedFlags(path: string, table: readonly Mount[]): string[] {
  const real = realpathSync(path)
  let best: Mount | undefined
  for (const mount of table) {
    // Of mounts on the same point the last one is on top.
    if (isWithin(real, mount.point) && mount.point.length >= (best?.point.length ?? 0)) best = mount
  }
  return ['ro', 'nosuid', 'nodev', 'noexec'].filter((flag) => best?.flags.has(flag))
}

/** Mounts below a folder: they can only be bound together with it. */
export function mountsBelow(path: string, table: readonly Mount[]): string[] {
  const real = realpathSync(path)
  return table.map(({ point }) => point).filter((point) => point !== real && isWithin(point, real))
}

export function isWithin(path: string, folder: string): boolean {
  return folder === '/' || path === folder || path.startsWith(`${folder}/`)
}

/** Space, tab, newline and backslash are written in octal. */
function unescape(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_match, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
}
