export { type Language, languageApp, mainOf } from './language-app.ts'
