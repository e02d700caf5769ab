import { lazy } from 'react'

/** The editor is the heaviest part of the console: it comes when a query is to be written. */
export const TqlEditor = lazy(async () => ({ default: (await import('./tql-editor.tsx')).TqlEditor }))
