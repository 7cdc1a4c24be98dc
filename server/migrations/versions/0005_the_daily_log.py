"""The daily management log: a care day's records without its drinks, found by day"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'

NOT_A_DRINK = sa.text("kind <> 'hydration_check'")


def upgrade() -> None:
    op.create_index(
        'ix_record_log', 'record', ['home_id', 'day', 'kind'], unique=False,
        sqlite_where=NOT_A_DRINK, postgresql_where=NOT_A_DRINK,
    )


def downgrade() -> None:
    op.drop_index('ix_record_log', 'record')
