import { Type } from 'class-transformer';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsObject, ValidateNested } from 'class-validator';

const all =
  (...rules: PropertyDecorator[]): PropertyDecorator =>
  (target, key) => {
    for (const rule of rules) rule(target, key);
  };

/** An object of the class, checked like what it stands in. */
export const IsNested = (type: () => new () => object): PropertyDecorator => all(IsObject(), ValidateNested(), Type(type));

/** A list of such objects. Lists within the list, into which the validator would walk, are refused. */
export const AreNested = (type: () => new () => object, { min = 0, max }: { min?: number; max: number }): PropertyDecorator =>
  all(IsArray(), ArrayMinSize(min), ArrayMaxSize(max), IsObject({ each: true }), ValidateNested({ each: true }), Type(type));
