export interface HostileText {
  readonly name: string
  readonly text: string
}
export const hostileCorpus: readonly HostileText[] = []
