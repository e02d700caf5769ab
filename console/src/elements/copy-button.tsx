import { ActionIcon } from '@mantine/core'
import { useClipboard } from '@mantine/hooks'
import { Icon } from './icon.tsx'

interface CopyButtonProps {
  text: string
  label: string
  /** Reached by another way than by tabbing to it: a table of ten thousand rows has one tab stop. */
  isSkipped?: boolean
}

/** Copies a text. Without a clipboard (plain HTTP on another machine) there is no button: the text can still be selected. */
export function CopyButton({ text, label, isSkipped = false }: CopyButtonProps) {
  const clipboard = useClipboard({ timeout: 1500 })
  if (!('clipboard' in navigator)) return null
  return (
    <ActionIcon
      variant="subtle"
      size="sm"
      aria-label={clipboard.copied ? 'Copied' : label}
      title={label}
      tabIndex={isSkipped ? -1 : 0}
      onClick={() => clipboard.copy(text)}
    >
      <Icon name={clipboard.copied ? 'tick' : 'copy'} size={14} />
    </ActionIcon>
  )
}
