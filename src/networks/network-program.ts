/** The graphs that a network is made of; see `Network.buildModel`. */
export type NetworkProgram = 'features' | 'flow' | 'centre' | 'deform' | 'align' | 'reconstruct' | 'fuse';
