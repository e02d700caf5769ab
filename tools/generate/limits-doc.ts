import type { LimitGroup } from './limit-constants.ts'

/** The limits of one source file. */
export type LimitFile = { readonly path: string; readonly groups: readonly LimitGroup[] }

/** docs/operating/limits.md: every bound that somebody outside can run into (S14), by the file that states it. */
export function limitsDoc(files: readonly LimitFile[]): string {
  return `<!-- Written by tools/generate.ts from the constants in every file named limits.ts or *-limits.ts. A test compares it. Do not edit. -->

# Limits

Every queue, size, depth, wait and number of tries has a bound. The unit is the name's last part before \`Max\` or \`Min\`: \`Bytes\`,
\`Seconds\`, \`Characters\`, \`Rows\`. A limit that is broken is named in the answer, with its value; nothing is cut off silently.

${files.map(fileSection).join('\n')}`
}

function fileSection(file: LimitFile): string {
  // A lone number is its own group; several of them make one table.
  const lone = file.groups.filter(isLone)
  const tables = [
    ...(lone.length > 0 ? [table(lone.flatMap((group) => group.limits))] : []),
    ...file.groups
      .filter((group) => !isLone(group))
      .map((group) => `${group.meaning}\n\n${table(group.limits)}`.trimStart()),
  ]
  return `## \`${file.path}\`\n\n${tables.join('\n')}`
}

function isLone(group: LimitGroup): boolean {
  return group.limits.length === 1 && group.limits[0]?.name === group.name
}

function table(limits: LimitGroup['limits']): string {
  const rows = limits.map((limit) => `| \`${limit.name}\` | ${figure(limit.value)} | ${cell(limit.meaning)} |`)
  return `${['| limit | value | meaning |', '| --- | --- | --- |', ...rows].join('\n')}\n`
}

function figure(value: number): string {
  return value.toLocaleString('en-GB', { maximumFractionDigits: 6 })
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}
