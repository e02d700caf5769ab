/** The release of this hub, as the API, hub.json and downloads name it. */
export const hubVersion = '0.1.0'
