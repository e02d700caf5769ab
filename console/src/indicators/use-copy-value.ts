import { useClipboard } from '@mantine/hooks'
import { useAnnounce } from '../elements/announcer.tsx'

/** Copies a value and says so; says as well where the browser does not let it. */
export function useCopyValue(): (value: string) => void {
  const announce = useAnnounce()
  const clipboard = useClipboard()
  return (value) => {
    if (!('clipboard' in navigator)) return announce('This browser does not let the page copy')
    clipboard.copy(value)
    announce('The value was copied')
  }
}
