import type { SourceFile } from './checkout.ts'

/** A workspace package as its package.json describes it. */
export type Package = {
  readonly folder: string
  readonly name: string
  /** Specifiers that others may import: `@postern/app-sdk`, `@postern/app-sdk/test-kit`. */
  readonly doors: readonly string[]
  readonly dependencies: readonly string[]
  readonly devDependencies: readonly string[]
}

type PackageJson = {
  name?: string
  exports?: Record<string, unknown>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

export function packageMap(files: readonly SourceFile[]): Package[] {
  return files
    .filter((file) => /^(apps\/)?[^/]+\/package\.json$/.test(file.path))
    .map((file) => {
      const json = JSON.parse(file.text) as PackageJson
      const name = json.name ?? ''
      return {
        folder: file.path.slice(0, -'/package.json'.length),
        name,
        doors: Object.keys(json.exports ?? {}).map((door) => name + door.slice(1)),
        dependencies: Object.keys(json.dependencies ?? {}),
        devDependencies: Object.keys(json.devDependencies ?? {}),
      }
    })
}
