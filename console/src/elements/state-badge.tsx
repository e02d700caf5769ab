import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icon.tsx'
import classes from './state-badge.module.css'

/** What a colour means; nothing in the console is coloured for another reason. */
export type Tone = 'good' | 'notice' | 'bad' | 'busy' | 'open' | 'doubt'

export interface BadgeFace {
  tone: Tone
  icon: IconName
  word: string
}

/** A state by colour, icon and word, so that it reads without colours and without eyes. */
export function StateBadge({ face, large = false, title }: { face: BadgeFace; large?: boolean; title?: string }) {
  return (
    <span className={classNames(classes['badge'], large && classes['large'])} data-tone={face.tone} title={title}>
      <Icon name={face.icon} size={large ? 16 : 13} />
      {face.word}
    </span>
  )
}
