/**
 * A command that becomes another one on a machine that lacks these programs, as far as anybody can find out. It is run by root, whose
 * own view of the machine stays as it is.
 */
export function withoutPrograms(...names: string[]): string[] {
  const script = `for program in ${names.join(' ')}; do path=$(command -v $program) && mount --bind /bin/false "$path"; done; exec "$@"`
  return ['unshare', '--mount', '--propagation=private', 'sh', '-c', script, 'without-programs']
}
