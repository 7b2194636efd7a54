/** A fact that happened, as the domain sees it: its wire name and its payload. The envelope around it is not the domain's. */
export interface DomainEvent<Type extends string = string, Data extends object = object> {
  readonly type: Type;
  readonly data: Data;
}
