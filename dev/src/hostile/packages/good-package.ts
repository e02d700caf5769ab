/** Name of the sample app's folder, and of what hostile packages pretend to be. */
export const program = 'hostile_v1'

/** An install.json with nothing wrong in it. */
export const goodManifest = {
  displayName: 'Hostile app',
  programLanguage: 'NODE',
  programMain: 'app.mjs',
  programVersion: '1.0.0',
  runtimeLevel: 'Organization',
  params: [],
}
