"""Who reacts to what. The only place where a publisher and its listeners meet."""

from collections.abc import Sequence

from opora.casework.cases import handlers as cases
from opora.casework.cases.events import (
    AcknowledgementDue,
    CaseAnswered,
    CaseExtended,
    CaseWarned,
    StageAssigned,
    StageWarned,
)
from opora.platform.journal.events import Event
from opora.platform.journal.operations import Handler
from opora.processes.outages import handlers as outages
from opora.processes.outages.events import (
    EstimateSet,
    OutageBlinked,
    OutageChanged,
    OutageConfirmed,
    OutageGrew,
    ReportJoined,
    ReportRegistered,
    SupplyRestored,
)
from opora.registry.addresses.events import DeliveryApplied
from opora.registry.customers import handlers as customers
from opora.registry.customers.events import AddressMatchingAsked, ImportAccepted, ImportStarted

SUBSCRIPTIONS: dict[type[Event], Sequence[Handler]] = {
    ImportStarted: [customers.check_file],
    ImportAccepted: [customers.enter_file],
    AddressMatchingAsked: [customers.match_addresses],
    DeliveryApplied: [customers.match_addresses],
    AcknowledgementDue: [cases.acknowledge],
    CaseAnswered: [cases.send_answer],
    CaseExtended: [cases.tell_of_extension],
    StageAssigned: [cases.tell_new_holder],
    StageWarned: [cases.warn_of_stage],
    CaseWarned: [cases.warn_of_case],
    ReportRegistered: [outages.acknowledge_report],
    ReportJoined: [outages.tell_joined],
    OutageConfirmed: [outages.tell_confirmed],
    EstimateSet: [outages.tell_of_estimate],
    SupplyRestored: [outages.tell_of_restoration, outages.gather_restored],
    OutageBlinked: [outages.gather_blinked],
    OutageGrew: [outages.gather_lost_again],
    OutageChanged: [outages.gather_changed],
}
