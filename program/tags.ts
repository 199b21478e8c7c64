/** Tags that every resource of the stack carries; nobody can change them. */
export const FIXED_TAGS = { Environment: "Production", Compliance: "Required", ManagedBy: "Pulumi" } as const;
