import { type ItemSpace, itemSpace } from "../item-space";
import { type IalsOptions, ialsOptions } from "./ials-options";

/** Trained factors: the score of a user for an item is the dot product of their vectors; 1 means wanted, 0 not. */
export interface IalsModel {
  readonly options: IalsOptions;
  readonly users: ItemSpace;
  readonly items: ItemSpace;
}

/** A checked model. Throws `invalid_argument` when spaces and options do not fit together. */
export function ialsModel(options: IalsOptions, users: ItemSpace, items: ItemSpace): IalsModel {
  const whole = ialsOptions(options);
  return {
    options: whole,
    users: itemSpace(users.ids, whole.dimensions, users.vectors),
    items: itemSpace(items.ids, whole.dimensions, items.vectors),
  };
}
