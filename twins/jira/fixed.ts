import type { Category } from './state.ts'

// What a new site has, and what this twin does not let anybody change.

type Named = { readonly id: string; readonly name: string }

/** Highest first. */
export const PRIORITIES: readonly (Named & { readonly color: string })[] = [
  { id: '1', name: 'Highest', color: '#d04437' },
  { id: '2', name: 'High', color: '#f15C75' },
  { id: '3', name: 'Medium', color: '#f79232' },
  { id: '4', name: 'Low', color: '#707070' },
  { id: '5', name: 'Lowest', color: '#999999' },
]
export const DEFAULT_PRIORITY = 'Medium'

export const RESOLUTIONS: readonly (Named & { readonly description: string })[] = [
  { id: '10000', name: 'Done', description: 'Work has been completed on this issue.' },
  { id: '10001', name: "Won't Do", description: "This issue won't be actioned." },
  { id: '10002', name: 'Duplicate', description: 'The problem is a duplicate of an existing issue.' },
  { id: '10003', name: 'Cannot Reproduce', description: 'All attempts at reproducing this issue failed.' },
]

export const LINK_TYPES: readonly (Named & { readonly inward: string; readonly outward: string })[] = [
  { id: '10000', name: 'Blocks', inward: 'is blocked by', outward: 'blocks' },
  { id: '10001', name: 'Cloners', inward: 'is cloned by', outward: 'clones' },
  { id: '10002', name: 'Duplicate', inward: 'is duplicated by', outward: 'duplicates' },
  { id: '10003', name: 'Relates', inward: 'relates to', outward: 'relates to' },
]

export const CATEGORIES: Readonly<
  Record<Category, { readonly id: number; readonly name: string; readonly color: string }>
> = {
  new: { id: 2, name: 'To Do', color: 'blue-gray' },
  indeterminate: { id: 4, name: 'In Progress', color: 'yellow' },
  done: { id: 3, name: 'Done', color: 'green' },
}

/** The three statuses and the workflow of a new project: from any to any. */
export const STATUSES: readonly (Named & { readonly category: Category })[] = [
  { id: '10000', name: 'To Do', category: 'new' },
  { id: '3', name: 'In Progress', category: 'indeterminate' },
  { id: '10001', name: 'Done', category: 'done' },
]

export const TYPES: readonly (Named & { readonly subtask: boolean; readonly level: number })[] = [
  { id: '10000', name: 'Epic', subtask: false, level: 1 },
  { id: '10001', name: 'Story', subtask: false, level: 0 },
  { id: '10002', name: 'Task', subtask: false, level: 0 },
  { id: '10003', name: 'Sub-task', subtask: true, level: -1 },
  { id: '10004', name: 'Bug', subtask: false, level: 0 },
]

/** The one of a fixed list that is asked for by id or, whatever the case, by name. */
export const named = <T extends Named>(list: readonly T[], idOrName: string): T | undefined =>
  list.find(({ id }) => id === idOrName) ?? list.find(({ name }) => name.toLowerCase() === idOrName.toLowerCase())
