import './zod-without-eval.ts'
import './app/mantine-styles.ts'
import './app/tokens.css'
import { createRoot } from 'react-dom/client'
import { Console } from './app/console.tsx'
import { reloadWhenOutdated } from './app/reload-when-outdated.ts'

const place = document.querySelector('#console')
if (!place) throw new Error('index.html has no element #console')
reloadWhenOutdated()
createRoot(place).render(<Console />)
