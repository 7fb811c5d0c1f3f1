import type { JsonObject } from '../../json.ts';
import type { MachineType } from './types.ts';

/** A state while it is compiled. */
export interface StateContext {
  readonly raw: JsonObject;
  readonly name: string;
  /** Key of the block that contains the state. */
  readonly block: string;
  readonly place: string;
  readonly isJsonata: boolean;
  readonly language: string;
  readonly type: MachineType;
}

/** The key of a block inside a state. */
export const innerBlock = ({ block, name }: StateContext, part: string) => `${block}/${name}/${part}`;
