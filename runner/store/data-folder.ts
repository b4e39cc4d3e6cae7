import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where this user's own things are kept that belong to no project: keys, the local certificate authority. */
export const dataFolder = (): string => join(process.env.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'backlot')
