import { posix } from 'node:path'
import type { SourceFile } from './checkout.ts'
import { importsOf } from './imports.ts'
import type { Package } from './package-map.ts'

/** Who may import whom (docs/architecture.md). Whoever is not named here may be imported by nobody. */
export const mayImport: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  intel: [],
  'app-sdk': ['protocol', 'intel'],
  apps: ['app-sdk'],
  hub: ['protocol', 'intel'],
  console: ['protocol', 'intel'],
  'environment-server': ['protocol', 'intel'],
  simulators: ['protocol', 'intel'],
  dev: ['protocol', 'intel', 'app-sdk', 'hub', 'environment-server', 'simulators', 'cli'],
  bench: ['protocol', 'intel', 'app-sdk', 'hub', 'environment-server', 'simulators', 'cli', 'dev'],
  cli: ['protocol', 'intel', 'app-sdk', 'hub', 'console', 'environment-server', 'simulators'],
}

/** A package's own build may use how the SDK packages apps; what is built imports nothing of it. */
const buildMayImport: Readonly<Record<string, readonly string[]>> = { 'environment-server': ['app-sdk'] }

/** What is beyond the network may be stood in for, in tests. */
const testsMayImport = ['dev', 'simulators']

/** Packages without I/O, and the little that they may use of the outside. Their tests are free. */
const pure: Readonly<Record<string, RegExp>> = {
  protocol: /^zod\/mini$/,
  intel: /^(zod\/mini|ipaddr\.js|tldts|antlr4ng|re2js|node:crypto)$/,
}

/** Every import that breaks the table, as a sentence. */
export function importProblems(files: readonly SourceFile[], packages: readonly Package[]): string[] {
  return packages.flatMap((home) => [
    ...manifestProblems(home, packages),
    ...files
      .filter((file) => file.path.startsWith(`${home.folder}/`) && /\.(ts|tsx|js|mjs)$/.test(file.path))
      .filter((file) => !file.path.includes('/fixtures/'))
      .flatMap((file) => importsOf(file.text).flatMap((specifier) => problem(file.path, specifier, home, packages))),
  ])
}

/** A test, or what only tests use. */
export function isTestFile(path: string): boolean {
  return /\.(test|soak)\.tsx?$|\/(testing|test-kit|fixtures)\//.test(path)
}

function problem(path: string, specifier: string, home: Package, packages: readonly Package[]): string[] {
  const isTest = isTestFile(path)
  const isBuild = path === `${home.folder}/build.ts`
  if (specifier.startsWith('.')) {
    const target = posix.normalize(posix.join(posix.dirname(path), specifier))
    return target.startsWith(`${home.folder}/`) ? [] : [`${path}: ${specifier} leaves the package`]
  }
  if (!specifier.startsWith('@postern/')) {
    const allowed = pure[home.folder]
    return isTest || allowed === undefined || allowed.test(specifier)
      ? []
      : [`${path}: ${home.folder} is kept pure and does not import ${specifier}`]
  }
  const target = packages.find((each) => specifier === each.name || specifier.startsWith(`${each.name}/`))
  if (target === undefined) return [`${path}: there is no package ${specifier}`]
  if (target === home) return [`${path}: inside a package imports are relative, not ${specifier}`]
  if (!target.doors.includes(specifier)) return [`${path}: ${specifier} is no door of ${target.name} (its "exports")`]
  const isAllowedHere = isAllowed(home, target, isTest) || (isBuild && buildOf(home).includes(part(target)))
  if (!isAllowedHere) return [`${path}: ${home.folder} may not import ${target.name}`]
  const declared = isTest || isBuild ? [...home.dependencies, ...home.devDependencies] : home.dependencies
  return declared.includes(target.name) ? [] : [`${path}: ${home.folder}/package.json does not name ${target.name}`]
}

function manifestProblems(home: Package, packages: readonly Package[]): string[] {
  const ours = (names: readonly string[]) => packages.filter((each) => names.includes(each.name))
  return [
    ...ours(home.dependencies).filter((target) => !isAllowed(home, target, false)),
    ...ours(home.devDependencies).filter(
      (target) => !isAllowed(home, target, true) && !buildOf(home).includes(part(target)),
    ),
  ].map((target) => `${home.folder}/package.json: ${home.folder} may not depend on ${target.name}`)
}

function isAllowed(home: Package, target: Package, isTest: boolean): boolean {
  const allowed = mayImport[part(home)] ?? []
  return allowed.includes(part(target)) || (isTest && testsMayImport.includes(part(target)))
}

function buildOf(home: Package): readonly string[] {
  return buildMayImport[part(home)] ?? []
}

/** All apps are one part: `apps/misp-feed` → `apps`. */
function part(home: Package): string {
  return home.folder.split('/')[0] ?? home.folder
}
