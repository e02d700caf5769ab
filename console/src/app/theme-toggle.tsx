import { type MantineColorScheme, useMantineColorScheme } from '@mantine/core'
import { useAnnounce } from '../elements/announcer.tsx'
import { Icon, type IconName } from '../elements/icon.tsx'
import classes from './app-shell.module.css'
import { useShortcut } from './shortcuts.ts'

const faces: Record<MantineColorScheme, { icon: IconName; word: string; next: MantineColorScheme }> = {
  light: { icon: 'sun', word: 'Light', next: 'dark' },
  dark: { icon: 'moon', word: 'Dark', next: 'auto' },
  auto: { icon: 'screen', word: 'As the system', next: 'light' },
}

/** Light, dark, or as the system has it; remembered in this browser. */
export function ThemeToggle() {
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true })
  const announce = useAnnounce()
  const face = faces[colorScheme]
  function toggle() {
    setColorScheme(face.next)
    announce(`Theme: ${faces[face.next].word.toLowerCase()}`)
  }
  useShortcut('theme', toggle)
  return (
    <button type="button" className={classes['tool']} onClick={toggle} title={`Theme: ${face.word.toLowerCase()}`}>
      <Icon name={face.icon} />
      <span className={classes['toolWord']}>
        <span className="only-heard">Theme: </span>
        {face.word}
      </span>
    </button>
  )
}
