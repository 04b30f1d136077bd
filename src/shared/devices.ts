/** A place where networks can run, or the reason why they can't. */
export interface DeviceReport {
  readonly device: string;
  /** Name of the hardware; undefined when the system does not tell. */
  readonly name: string | undefined;
  readonly usable: boolean;
  /** The "GPU" is a program running on the CPU: it works, slowly. */
  readonly software: boolean;
  /** One line: why it can't be used and what to do, or a remark on a usable device. */
  readonly reason: string | undefined;
}

export interface DevicesResult {
  readonly devices: readonly DeviceReport[];
}
