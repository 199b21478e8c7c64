/** The organization whose accounts are scanned, as an evaluator's `settings.json` has it. */
export interface OrganizationSettings {
  /** `o-…`. */
  readonly id: string;
  /**
   * Organizational units (`ou-…`) or roots (`r-…`) whose accounts are scanned, those of units below them too; all if
   * left out.
   */
  readonly units?: readonly string[];
  /** Accounts that are not scanned. */
  readonly excludeAccounts?: readonly string[];
  /** The role that is taken on in every account but the deployment's own. */
  readonly roleName: string;
  readonly externalId?: string;
  /** The actions that the rule reads with: no session in an account may do more, whatever the role may. */
  readonly actions: readonly string[];
}
