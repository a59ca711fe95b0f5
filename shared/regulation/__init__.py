"""The regulation (厦门市优质中小企业梯度培育管理) as data and pure functions: due dates, windows, freshness, citations.

`Regulation.load("xiamen-2023")` reads and checks the rules file; everything after that is computing.

ValueError
├── RulesError       a rules file that cannot be used: every defect with its line
└── CreditCodeError  a credit code that no enterprise can have: what is wrong with it
"""

from shared.regulation.assessment import Assessment, DirectPass, GroupScore, Outcome, Saying, Score
from shared.regulation.credit_code import CreditCodeError, check_enterprise_credit_code, normalise_credit_code
from shared.regulation.criteria import HonourKind, Level, Measure
from shared.regulation.days import (
    SHANGHAI,
    add_months,
    end_of_day,
    in_chinese,
    last_instant,
    shanghai_date,
    start_of_day,
)
from shared.regulation.figures import Award, Figures, Honour, Institution, Investment
from shared.regulation.handling import CaseClock, Worklist
from shared.regulation.loading import Defect, RulesError
from shared.regulation.notices import Campaign, DeadlineExtension, campaign_in_effect, deciding, not_overruled
from shared.regulation.overlay import shipped
from shared.regulation.regulation import Regulation
from shared.regulation.results import (
    DueDate,
    Escalation,
    Freshness,
    Period,
    Reminders,
    ReviewRoute,
    UnmetYear,
    UpdateState,
    Window,
    YearState,
)
from shared.regulation.statement import Statement, statement
from shared.regulation.vocabulary import Authority, Basis, Duty, Rule, Step, Title
from shared.regulation.working_days import (
    after_working_days,
    is_working_day,
    next_working_day,
    working_days_between,
)

__all__ = [
    "SHANGHAI",
    "Assessment",
    "Authority",
    "Award",
    "Basis",
    "Campaign",
    "CaseClock",
    "CreditCodeError",
    "DeadlineExtension",
    "Defect",
    "DirectPass",
    "DueDate",
    "Duty",
    "Escalation",
    "Figures",
    "Freshness",
    "GroupScore",
    "Honour",
    "HonourKind",
    "Institution",
    "Investment",
    "Level",
    "Measure",
    "Outcome",
    "Period",
    "Regulation",
    "Reminders",
    "ReviewRoute",
    "Rule",
    "RulesError",
    "Saying",
    "Score",
    "Statement",
    "Step",
    "Title",
    "UnmetYear",
    "UpdateState",
    "Window",
    "Worklist",
    "YearState",
    "add_months",
    "after_working_days",
    "campaign_in_effect",
    "check_enterprise_credit_code",
    "deciding",
    "end_of_day",
    "in_chinese",
    "is_working_day",
    "last_instant",
    "next_working_day",
    "normalise_credit_code",
    "not_overruled",
    "shanghai_date",
    "shipped",
    "start_of_day",
    "statement",
    "working_days_between",
]
