"""What a restore carried over from the data that it replaced, and what somebody must do again"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'

def upgrade() -> None:
    op.add_column('ledger_life', sa.Column('carried', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('ledger_life', 'carried')
