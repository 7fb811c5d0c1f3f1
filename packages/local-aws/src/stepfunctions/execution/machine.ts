import type { Block, Definition, MachineType, State } from '../asl/types.ts';

/** A compiled revision of a state machine. */
export interface Machine {
  readonly name: string;
  readonly arn: string;
  readonly type: MachineType;
  readonly roleArn: string;
  readonly revision: number;
  readonly definition: Definition;
}

export function blockOf(machine: Machine, key: string): Block {
  const block = machine.definition.blocks.get(key);
  if (block === undefined) throw new Error(`The machine ${machine.name} has no block '${key}'`);
  return block;
}

export function stateOf(machine: Machine, block: string, name: string): State {
  const state = blockOf(machine, block).states.get(name);
  if (state === undefined) throw new Error(`The machine ${machine.name} has no state '${name}' in '${block}'`);
  return state;
}
