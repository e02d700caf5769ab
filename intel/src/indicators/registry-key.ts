import { quoted, refuse } from './refusal.ts'
import type { CanonicaliseResult } from './refusal.ts'

/**
 * `HKEY_… : value name : value type`, of which the last, or the last two, may be missing. The root is written in full and in
 * capitals, doubled and trailing backslashes go; letters below the root keep their case. An unnamed («default») value is a single blank.
 */
export function canonicalRegistryKey(text: string): CanonicaliseResult {
  const parts = text.normalize('NFC').split(' : ')
  const lastPart = parts.at(-1)?.trim().toUpperCase() ?? ''
  const isTyped = parts.length > 2 && lastPart.startsWith('REG_')
  if (isTyped && !valueTypes.has(lastPart)) {
    return refuse(
      'registry-value-type',
      `${quoted(lastPart)} is not a type of registry value; ${[...valueTypes].join(', ')} are.`,
    )
  }
  const key = canonicalKey((parts[0] ?? '').replace(/ :$/, ''))
  if (key === undefined) {
    return refuse(
      'registry-root',
      `${quoted(text)} does not begin with a root such as HKEY_LOCAL_MACHINE or HKLM, and a backslash.`,
    )
  }
  if (parts.length === 1) return { ok: true, value: key }
  // A value name may itself hold « : »; only the first and, where it is a type, the last part are not the name.
  const name = parts
    .slice(1, isTyped ? -1 : undefined)
    .join(' : ')
    .trim()
  const value = isTyped
    ? `${key} : ${name || ' '} : ${lastPart}`
    : `${key} : ${name || ' '}`.trimEnd().replace(/ :$/, '')
  return { ok: true, value }
}

function canonicalKey(text: string): string | undefined {
  const components = text
    .trim()
    .split('\\')
    .filter((component) => component !== '')
  const rootText = components[0]?.toUpperCase() ?? ''
  const root = shortRoots.get(rootText) ?? rootText
  if (!roots.has(root)) return undefined
  return [root, ...components.slice(1)].join('\\')
}

const shortRoots: ReadonlyMap<string, string> = new Map([
  ['HKCR', 'HKEY_CLASSES_ROOT'],
  ['HKCU', 'HKEY_CURRENT_USER'],
  ['HKLM', 'HKEY_LOCAL_MACHINE'],
  ['HKU', 'HKEY_USERS'],
  ['HKCC', 'HKEY_CURRENT_CONFIG'],
  ['HKPD', 'HKEY_PERFORMANCE_DATA'],
])
const roots: ReadonlySet<string> = new Set([
  ...shortRoots.values(),
  'HKEY_DYN_DATA',
  'HKEY_CURRENT_USER_LOCAL_SETTINGS',
])
const valueTypes: ReadonlySet<string> = new Set([
  'REG_NONE',
  'REG_SZ',
  'REG_EXPAND_SZ',
  'REG_BINARY',
  'REG_DWORD',
  'REG_DWORD_LITTLE_ENDIAN',
  'REG_DWORD_BIG_ENDIAN',
  'REG_LINK',
  'REG_MULTI_SZ',
  'REG_RESOURCE_LIST',
  'REG_FULL_RESOURCE_DESCRIPTOR',
  'REG_RESOURCE_REQUIREMENTS_LIST',
  'REG_QWORD',
  'REG_QWORD_LITTLE_ENDIAN',
])
