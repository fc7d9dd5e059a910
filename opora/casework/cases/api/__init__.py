"""The public API of cases, by subject."""

from opora.casework.cases.api.attachments import router as attachments
from opora.casework.cases.api.cases import router as cases
from opora.casework.cases.api.catalogue import router as catalogue
from opora.casework.cases.api.conclusion import router as conclusion
from opora.casework.cases.api.desks import router as desks
from opora.casework.cases.api.passports import router as passports
from opora.casework.cases.api.stages import router as stages

routers = (cases, conclusion, attachments, stages, desks, catalogue, passports)
