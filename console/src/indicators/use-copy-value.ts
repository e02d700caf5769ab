import { useAnnounce } from '../elements/announcer.tsx'

/** Copies a value, and says so once it is done; says as well where the browser does not let it. */
export function useCopyValue(): (value: string) => void {
  const announce = useAnnounce()
  return (value) => {
    const refused = () => announce('This browser does not let the page copy')
    if (!('clipboard' in navigator)) return refused()
    navigator.clipboard.writeText(value).then(() => announce('The value was copied'), refused)
  }
}
