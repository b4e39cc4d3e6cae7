/** Tells the command line what to close when someone presses Ctrl-C. */
export type OnOpen = (close: () => Promise<void>) => void
